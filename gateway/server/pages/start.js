// After the editor: show it.
YogaGraphiQL.renderYogaGraphiQL(document.getElementById("root"), self.graphiqlOptions);
