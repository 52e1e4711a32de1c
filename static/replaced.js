// A request that a newer one has replaced is no error: htmx says so of each, and the browser's console would
// fill while somebody types. What really fails is still told, by `htmx:sendError` or `htmx:responseError`.
htmx.logger = (element, name, detail) => {
  const isReplaced = name === "htmx:sendAbort" || (name === "htmx:afterRequest" && detail.xhr?.status === 0);
  if (isReplaced) delete detail.error;
};
