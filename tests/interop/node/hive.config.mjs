// Hive Gateway: the subgraphs' URLs in SOUK_SUBGRAPHS, the caller's authorization handed on.
const urls = JSON.parse(process.env.SOUK_SUBGRAPHS);

export const gatewayConfig = {
  transportEntries: Object.fromEntries(
    Object.entries(urls).map(([name, location]) => [name, { location }]),
  ),
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => {
      const authorization = request.headers.get("authorization");
      return authorization ? { authorization } : {};
    },
  },
  maskedErrors: false,
  landingPage: false,
  graphiql: false,
  logging: false,
};
