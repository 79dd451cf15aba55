// Apollo Gateway behind Apollo Server: apollo.mjs SUPERGRAPH PORT, the subgraphs' URLs in SOUK_SUBGRAPHS.
import { readFileSync } from "node:fs";
import { ApolloGateway, RemoteGraphQLDataSource } from "@apollo/gateway";
import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";

const [supergraph, port] = process.argv.slice(2);
const urls = JSON.parse(process.env.SOUK_SUBGRAPHS);

class Agent extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) {
      request.http.headers.set("authorization", context.authorization);
    }
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraph, "utf8"),
  buildService: ({ name }) => new Agent({ url: urls[name] }),
});
const server = new ApolloServer({
  gateway,
  introspection: true,
  csrfPrevention: false,
  includeStacktraceInErrorResponses: false,
});
await startStandaloneServer(server, {
  listen: { host: "127.0.0.1", port: Number(port) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
