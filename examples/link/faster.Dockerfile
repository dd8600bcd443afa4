FROM node:22 AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY src/ ./src/
RUN npm run build

FROM nginx:1.27
COPY --link --from=build /app/dist/ /usr/share/nginx/html/
COPY --link site.conf /etc/nginx/conf.d/
