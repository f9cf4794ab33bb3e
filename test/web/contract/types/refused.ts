/** Calls of a client that must not compile. */
import { client } from "../../../../src/web/contract/client.ts";
import { api } from "./routes.ts";

// refused: Property 'GET /note' does not exist on type 'Client<
api["GET /note"];

// refused: Property 'GET /all' does not exist on type 'Client<
api["GET /all"];

// refused: Property 'DELETE /raw' does not exist on type 'Client<
api["DELETE /raw"];

// refused: Expected 1 arguments, but got 0
api["GET /notes/:id"]();

// refused: Property 'params' is missing in type '{}'
api["GET /notes/:id"]({});

// refused: 'ID' does not exist in type
api["GET /notes/:id"]({ params: { ID: "a" } });

// refused: Type 'number' is not assignable to type 'string'
api["GET /notes/:id"]({ params: { id: 1 } });

// refused: Property 'page' is missing in type
api["GET /orgs/:org/pages/:page<uint>"]({ params: { org: "a" } });

// refused: Type 'string' is not assignable to type 'number'
api["GET /pages/:page<uint>?"]({ params: { page: "1" } });

// refused: Type '"c"' is not assignable to type '"a" | "b"'
api["DELETE /kinds/:kind"]({ params: { kind: "c" } });

// refused: 'raw' does not exist in type
api["GET /notes/:id"]({ params: { id: "a" }, raw: true });

// refused: Property 'query' is missing in type '{}'
api["GET /search"]({});

// refused: 'Q' does not exist in type
api["GET /search"]({ query: { Q: "a" } });

// refused: Type 'number' is not assignable to type 'string'
api["GET /notes"]({ query: { limit: 10 } });

// refused: Property 'body' is missing in type '{}'
api["POST /notes"]({});

// refused: Property 'title' is missing in type '{}'
api["POST /notes"]({ body: {} });

// refused: Type 'number' is not assignable to type 'string'
api["POST /notes"]({ body: { title: 1 } });

// refused: Type 'string' is not assignable to type '{ title: string; tags?: string[] | undefined; }'
api["POST /notes"]({ body: "title" });

// refused: 'body' does not exist in type
api["GET /notes"]({ body: {} });

// refused: 'params' does not exist in type
api["GET /notes"]({ params: {} });

const response = await api["POST /notes"]({ body: { title: "a" } });

// refused: have no overlap
response.status === 200;

// refused: Property 'id' does not exist on type
response.body.id;

// refused: Property 'taken' does not exist on type
if (response.status === 201) response.body.taken;

// refused: Type 'string' does not satisfy the constraint
client<"notes">("http://localhost");
