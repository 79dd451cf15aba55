// Hive Gateway as its command line starts it; authorization is forwarded.
import { defineConfig } from "@graphql-hive/gateway";

export const gatewayConfig = defineConfig({
  pollingInterval: 0,
  propagateHeaders: {
    fromClientToSubgraphs({ request }) {
      const authorization = request.headers.get("authorization");
      return authorization ? { authorization } : {};
    },
  },
});
