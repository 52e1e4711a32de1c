// Swagger UI over the description of this service; nothing else is asked, no validator, no proxy.
const described = document.getElementById("described");

SwaggerUIBundle({
  url: described.dataset.description,
  domNode: described,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  docExpansion: "list",
  filter: true,
  queryConfigEnabled: false,
  requestSnippetsEnabled: true,
  tryItOutEnabled: true,
  validatorUrl: null,
});
