/** The floor of taking transactions in: a receiver that looks at the token, reads the body, and answers. A child of the bench. */
import fastify from "fastify";
import { receiverJobForm } from "./matrix-job.ts";

const LARGEST_BODY = 32 * 1024 * 1024;

const { port, token } = receiverJobForm.parse(JSON.parse(process.argv[2] ?? ""));
const server = fastify({ bodyLimit: LARGEST_BODY });
server.removeAllContentTypeParsers();
server.addContentTypeParser("*", { parseAs: "string" }, (_request, body, parsed) => parsed(null, body));
server.put("/_matrix/app/v1/transactions/:id", ({ headers }, reply) =>
  reply.code(headers.authorization === `Bearer ${token}` ? 200 : 403).send({}),
);
await server.listen({ host: "127.0.0.1", port });
process.send?.({ ready: true });
