// compose.mjs IN OUT: JSON lines of {name: SDL} to JSON lines of {codes, messages, sdl}, in their order.
import { readFileSync, writeFileSync } from "node:fs";
import { composeServices } from "@apollo/composition";
import { parse } from "graphql";

const [from, to] = process.argv.slice(2);

function compose(subgraphs) {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(sdl),
  }));
  const { errors = [], supergraphSdl = null } = composeServices(services);
  return {
    codes: errors.map((error) => error.extensions?.code ?? "NO_CODE"),
    messages: errors.map((error) => error.message),
    sdl: supergraphSdl,
  };
}

const lines = readFileSync(from, "utf8").split("\n").filter(Boolean);
const answers = lines.map((line) => {
  try {
    return compose(JSON.parse(line));
  } catch (error) {
    const code = error.name === "GraphQLError" ? "INVALID_GRAPHQL" : "CRASH";
    return { codes: [error.extensions?.code ?? code], messages: [error.message], sdl: null };
  }
});
writeFileSync(to, answers.map((answer) => JSON.stringify(answer) + "\n").join(""));
