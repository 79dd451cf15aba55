// Subscribes by one of the npm clients until so many events have come; prints each as a line.
// `after` is asked anew for each attempt, so whoever reconnects resumes.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";

const [name, url, wanted, token] = process.argv.slice(2);
const query = `subscription Watch($after: String) {
  orderChanged(after: $after) {
    kind cursor order { id __typename } product { id name __typename } __typename
  }
}`;
const headers = { authorization: `Bearer ${token}` };
let cursor = null;
let count = 0;
let attempts = 0;

const request = {
  query,
  operationName: "Watch",
  get variables() {
    attempts += 1;
    return { after: cursor };
  },
};

function received(result) {
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  cursor = result.extensions?.cursor ?? cursor;
  count += 1;
  console.log(JSON.stringify({ data: result.data, cursor }));
  if (count === Number(wanted)) {
    console.log(JSON.stringify({ attempts }));
    process.exit(0);
  }
}

function failed(error) {
  console.error(error);
  process.exit(1);
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 20));
const ended = () => failed(new Error("the stream ended"));
const sink = { next: received, error: failed, complete: ended };

const clients = {
  "graphql-ws": () =>
    createWsClient({
      url: url.replace("http", "ws"),
      connectionParams: headers,
      retryAttempts: 500,
      retryWait: soon,
      shouldRetry: () => true,
    }).subscribe(request, sink),

  "graphql-sse": () =>
    createSseClient({ url, headers, retryAttempts: 500, retry: soon }).subscribe(request, sink),

  "@apollo/client": () => {
    const client = new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.from([new HttpLink({ uri: url, headers })]),
    });
    // An error is followed by completion: one new attempt is enough for both.
    const subscribe = () => {
      let over = false;
      const again = async () => {
        if (over) return;
        over = true;
        await soon();
        subscribe();
      };
      client
        .subscribe({ query: gql(query), variables: request.variables, fetchPolicy: "no-cache" })
        .subscribe({
          next: (result) => (result.error ? again() : received(result)),
          error: again,
          complete: again,
        });
    };
    subscribe();
  },
};

clients[name]();
