FROM node:22
WORKDIR /app
COPY --link package.json package-lock.json ./
RUN npm ci
COPY --link src/ ./src/
RUN npm run build
