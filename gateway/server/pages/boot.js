// Before the editor: where its workers are. They are files, as the page's policy allows no blobs.
const config = JSON.parse(document.getElementById("graphiql-config").textContent);
const workers = {
  editorWorkerService: config.workers.editor,
  json: config.workers.json,
  graphql: config.workers.graphql,
};
self.MonacoEnvironment = {
  globalAPI: false,
  getWorkerUrl: (_module, label) => workers[label],
};
self.graphiqlOptions = config.options;
