/** Starts Swagger UI on the OpenAPI document. */
export const INITIALIZER = `window.SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  presets: [window.SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
`;

/** The page of Swagger UI, whose files lie under `path`. */
export function docsPage(path: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Holdfast API</title>
    <link rel="stylesheet" href="${path}/swagger-ui.css" />
    <link rel="icon" type="image/png" href="${path}/favicon-32x32.png" />
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="${path}/swagger-ui-bundle.js"></script>
    <script src="${path}/init.js"></script>
  </body>
</html>
`;
}
