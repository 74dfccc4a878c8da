// Offers the passkey where the browser has one to offer; without this file the other ways in are enough.
const button = document.getElementById("passkey_login");

if (button && window.PublicKeyCredential) {
  button.hidden = false;
  window.allauth.webauthn.forms.loginForm({ ids: { login: "passkey_login", credential: "passkey_credential" } });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.getElementById("announcer").textContent = button.dataset.failed;
  });
}
