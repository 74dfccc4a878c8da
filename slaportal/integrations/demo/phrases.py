"""What people in the demo say to one another."""

RECEIVED = (
    "Thank you for the report. I can reproduce it with your description and have begun to look for the cause.",
    "I have it. Could you tell me since when you see this, and whether it concerns one workspace or several?",
    "Thanks, the description helps. I am looking at the logs of your tenant for that time now.",
    "I am on it. Please send the request id of one failing call if you have one; I do not wait for it.",
    "We see it in our monitoring as well. I will write again as soon as we know what part is concerned.",
    "Thank you. A colleague of the {product} team looks at it together with me.",
    "Received and understood. First finding: it does not depend on your configuration.",
    "I could not reproduce it yet and will try with your version next. More by tomorrow.",
)
URGENT = (
    "I have paged the on-call engineer of {product}. We are on it, next update within the hour.",
    "This has our full attention: three engineers are looking at {product} right now. Please keep a contact reachable.",
    "Confirmed on our side. We stop all other changes to {product} and will write at every step.",
)
ANSWERS = (
    "It is in all workspaces, since the morning.",
    "Request id 7f3c-{number}, from the production environment.",
    "I checked with two colleagues: same result for both.",
    "It happens with the default settings too, so it is not our policy.",
    "Thanks for the quick answer. The log is in the workspace, folder 'support'.",
    "Only in {environment}; staging is fine.",
    "We can live with the workaround for some days, but please not longer.",
)
FOUND = (
    "We have found the cause. {cause}",
    "Short update: {cause} We are working on the correction.",
    "The cause is clear now: {cause}",
)
FIXING = (
    "The correction is written and in review.",
    "The correction is done; it runs through our tests tonight.",
    "We have a correction and are trying it with a copy of your configuration.",
)
NOTES = (
    "Looks like the same area as the change of last Tuesday. Asked the owner.",
    "Client was friendly on the phone; sending the summary in writing.",
    "Please do not promise a date before the tests have run.",
    "Reproduced on the internal tenant, steps are in the runbook.",
    "Second report of this kind this month, candidate for a problem record.",
    "Rollout needs approval of {product}; I have asked for it.",
)
COUNTERS = (
    "The function is limited, but the main task works and there is a workaround. {level} fits the wording of the agreement.",
    "It concerns a part of the users and no data is wrong. We propose {level}.",
    "From our numbers about one user in twenty is concerned; the agreement calls that {level}.",
)
COUNTERS_UP = (
    "In our monitoring more users are concerned than you can see. We propose {level}.",
    "Data may be incomplete here, so we would rather treat this as {level}.",
)
INSISTS = (
    "For us it is the function that the month-end depends on, so {level} is the least we can accept.",
    "The workaround takes two people half a day. {level}, please.",
)
DISPUTES = (
    "We read 'majority of users' differently. Please let the deciders choose.",
    "We do not come together on this; the deciders should settle it.",
)
NEW_FACTS = (
    "Since today the second site has it too, so most users are concerned now.",
    "The workaround stopped working with the update of this morning.",
)
WAITS = (
    "We need the log of the gateway on your side for the time of the failure.",
    "Please tell us which of the two proposed dates suits you for the update.",
    "Please try the preview build and tell us whether the error is gone.",
    "We need your permission to look into the affected records.",
)
THIRD_PARTY = ("The cloud provider has to confirm the limit; we have opened a case there.",)
WAIT_ANSWERS = (
    "Here you are, the log is uploaded.",
    "The second date is better for us.",
    "Tried it: the error is gone in the preview.",
    "Permission given, our data protection officer agrees.",
)
CONTESTS = (
    "You had the log since the first day, so there was nothing to wait for.",
    "We answered this question on the phone before you asked it here.",
)
UPHELD = ("You are right, the log was attached to the first message. The time counts.",)
DISMISSED = ("The log was attached, but for another day; we asked for the right one in time.",)
CONFIRMS = (
    "Works again, thank you!",
    "Checked in {environment}, all fine. Thanks for the clear explanation.",
    "Confirmed by two colleagues. You can close this.",
)
REJECTS = (
    "It works for most of us, but in {environment} the error is still there.",
    "Better, but after a restart it comes back.",
    "The new files are right, the ones of last week are not.",
)
AGAIN = "The rest is done as well. {fix}"
WITHDRAWN = (
    "Our own proxy was the reason. Sorry for the noise.",
    "We switched this function off for other reasons, so it no longer matters.",
    "Reported twice by mistake within our team.",
)
ESCALATED = (
    "The date was moved twice. We need a decision about people on this.",
    "Our board asks for a date every day; please take this to your management.",
)
LATE = (
    "This takes longer than agreed, and I am sorry. The correction works, but one test still fails under load.",
    "We are late here. Two attempts did not hold; the third is in review now.",
)
DELAYS = (
    "The correction needs a new build of {product}, and the build must pass a load test over a whole night.",
    "Your change freeze ends only after the due date; we may not install anything before.",
    "The fault lies in a library of a third party; its correction is announced, but not out yet.",
)
PLANS = (
    "The workaround stays in place, the rate of errors is watched hourly, and the correction is installed on the day named.",
    "Until then we repair affected records by hand each morning. Owner: the lead on duty.",
)
