// Redoc over the description of this service. Its styles carry the nonce of this page.
const described = document.getElementById("described");
const { nonce } = document.currentScript;

Redoc.init(
  described.dataset.description,
  {
    nonce,
    expandResponses: "200,201",
    hideDownloadButton: true,
    jsonSampleExpandLevel: 3,
    pathInMiddlePanel: true,
    requiredPropsFirst: true,
    scrollYOffset: 0,
    sortOperationsAlphabetically: false,
  },
  described,
);
