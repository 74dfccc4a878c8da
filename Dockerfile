# One image for web, worker and beat; compose.yaml shows the three commands.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.11-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.prod DATA_DIR=/data
RUN useradd --system --create-home portal && install --directory --owner portal /data
WORKDIR /app
COPY --from=build /venv /venv
COPY manage.py ./
COPY config config
COPY slaportal slaportal
COPY templates templates
COPY static static
COPY locale locale
# The manifest of static files does not depend on the installation: values here are used for this step only.
RUN PORTAL_URL=https://portal.invalid SECRET_KEY=build DATABASE_URL=sqlite:////dev/null EMAIL_URL=dummymail:// \
    python manage.py collectstatic --no-input
USER portal
VOLUME /data
EXPOSE 8000
CMD ["uvicorn", "config.asgi:application", "--host", "0.0.0.0", "--port", "8000", \
     "--lifespan", "off", "--timeout-graceful-shutdown", "5", "--no-server-header"]
