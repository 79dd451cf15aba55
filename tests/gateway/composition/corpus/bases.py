"""Small sets of subgraphs that compose. What breaks them is in `rules`."""

from typing import Final

from tests.gateway.composition.sdl import federated

SHOP: Final = {
    "products": federated("""
type Query {
  product(id: ID!): Product
  search(words: String = "", first: Int): [Found!]!
}
type Product @key(fields: "id") @key(fields: "sku") {
  id: ID!
  sku: String!
  name: String @shareable
  size: Size @shareable
  weight: Float
  kind: Kind!
}
type Size @shareable {
  width: Int
  height: Int
}
enum Kind {
  BOOK
  FILM
}
union Found = Product | Shelf
type Shelf @key(fields: "id") {
  id: ID!
  place: String
}
"""),
    "stock": federated("""
type Query {
  stocked(kind: Kind!, by: Order): [Product]
}
type Product @key(fields: "id") {
  id: ID!
  weight: Float @external
  size: Size @shareable
  postage: Int @requires(fields: "weight")
  on: Shelf
}
type Size @shareable {
  width: Int
  height: Int
}
type Shelf @key(fields: "id") {
  id: ID!
  free: Int
}
enum Kind {
  BOOK
  FILM
}
input Order {
  field: String!
  down: Boolean = false
}
"""),
    "reviews": federated("""
type Query {
  latest(by: Order): Review
}
type Review @key(fields: "id") {
  id: ID!
  text: String
  about: Product @provides(fields: "name")
}
type Product @key(fields: "sku") {
  sku: String!
  name: String @external
  reviews(first: Int = 3): [Review!]!
}
input Order {
  field: String!
  down: Boolean = false
}
"""),
}
MEDIA: Final = {
    "catalog": federated("""
type Query {
  media: [Media!]!
  latest: Book @shareable
}
interface Media @key(fields: "id") {
  id: ID!
  title: String
}
type Book implements Media @key(fields: "id") {
  id: ID!
  title: String
  author: Author
}
type Film implements Media @key(fields: "id") {
  id: ID!
  title: String
}
type Author @key(fields: "name { last }") {
  name: Name! @shareable
}
type Name @shareable {
  last: String!
}
"""),
    "ratings": federated("""
type Query {
  best: Media
}
type Media @interfaceObject @key(fields: "id") {
  id: ID!
  stars(scale: Int! = 5): Int
}
"""),
    "people": federated("""
type Query {
  latest: Book @shareable
  author(name: NameInput!): Author
}
type Book @key(fields: "id", resolvable: false) {
  id: ID!
}
type Author @key(fields: "name { last }") {
  name: Name! @shareable
  born: Date @tag(name: "private")
}
type Name @shareable {
  last: String!
}
input NameInput {
  last: String!
}
scalar Date
"""),
}
STAFF: Final = {
    "accounts": federated("""
type Query {
  me: User @authenticated
  users(role: Role = GUEST): [User]
}
type Mutation {
  rename(id: ID!, name: String!): User
}
type User implements Named @key(fields: "id") {
  id: ID!
  name: String
  salary: Int @requiresScopes(scopes: [["pay"]])
}
interface Named {
  name: String
}
enum Role {
  GUEST
  HOST @inaccessible
}
"""),
    "payroll": federated("""
type User @key(fields: "id") {
  id: ID!
  email: String @override(from: "legacy")
  salary: Int @external
  tax: Int @requires(fields: "salary") @requiresScopes(scopes: [["pay"]])
}
type Query {
  taxed: [User!] @cost(weight: 5)
  secret: Hidden @inaccessible
}
type Hidden @inaccessible {
  it: Int
}
"""),
    "legacy": federated("""
type User @key(fields: "id") {
  id: ID!
  email: String
  phone: String
}
"""),
}
OLD: Final = {
    "users": """
type Query {
  me: User
}
type User @key(fields: "id") {
  id: ID!
  name: String
}
type Place {
  city: String
  street: String
}
""",
    "orders": """
extend type Query {
  orders: [Order]
}
extend type User @key(fields: "id") {
  id: ID! @external
  name: String @external
  greeting: String @requires(fields: "name")
  orders: [Order]
}
type Order @key(fields: "number") {
  number: Int!
  to: Place
}
type Place {
  city: String
  street: String
}
""",
}

BASES: Final = {"shop": SHOP, "media": MEDIA, "staff": STAFF, "old": OLD}
