/**
 * The floor of taking Slack's events in: a receiver that does no more than has to be done. By HTTP a route that checks the
 * signature and answers, by Socket Mode a client that acknowledges. A child of the bench.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import fastify from "fastify";
import { z } from "zod";
import { EVENTS_PATH } from "./slack-events.ts";
import { receiverJobForm } from "./slack-job.ts";

const envelopeForm = z.object({ envelope_id: z.string() });

async function overHttp(port: number, secret: string): Promise<void> {
  const server = fastify();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, parsed) => parsed(null, body));
  server.post(EVENTS_PATH, async ({ headers, body }, reply) => {
    const at = String(headers["x-slack-request-timestamp"]);
    const given = Buffer.from(String(headers["x-slack-signature"]));
    const hmac = createHmac("sha256", secret).update(`v0:${at}:`).update(z.instanceof(Buffer).parse(body));
    const wanted = Buffer.from(`v0=${hmac.digest("hex")}`);
    const isGood = given.length === wanted.length && timingSafeEqual(given, wanted);
    return reply.code(isGood ? 200 : 401).send();
  });
  await server.listen({ host: "127.0.0.1", port });
}

async function overSocket(url: string): Promise<void> {
  const socket = new WebSocket(url);
  const open = Promise.withResolvers<void>();
  socket.addEventListener("open", () => open.resolve());
  socket.addEventListener("message", ({ data }) => {
    const read = envelopeForm.safeParse(JSON.parse(String(data)));
    if (read.success) socket.send(JSON.stringify({ envelope_id: read.data.envelope_id }));
  });
  await open.promise;
}

const job = receiverJobForm.parse(JSON.parse(process.argv[2] ?? ""));
if (job.kind === "http") await overHttp(job.port, job.secret);
else await overSocket(job.url);
process.send?.({ ready: true });
