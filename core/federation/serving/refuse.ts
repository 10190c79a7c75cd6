/** How requests are refused: with a problem, be there a request or not yet. */
import type { Socket } from "node:net";
import type { FastifyReply } from "fastify";
import { ProblemError, problemBody, problemHeaders, problems } from "../wire/problem.ts";

/** Answers with a problem. */
export function answer(reply: FastifyReply, problem: ProblemError): FastifyReply {
  return reply
    .code(problems[problem.code][0])
    .headers(problemHeaders(problem))
    .send(Buffer.from(JSON.stringify(problemBody(problem))));
}

/** What is no HTTP, too long or too slow is refused before there is a request. */
export function refuseUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (socket.writable && error.code !== "ECONNRESET") {
    const codes = { ERR_HTTP_REQUEST_TIMEOUT: "slow", HPE_HEADER_OVERFLOW: "header_too_large" } as const;
    const known = Object.entries(codes).find(([code]) => code === error.code)?.[1];
    const problem = new ProblemError(known ?? "malformed");
    const body = JSON.stringify(problemBody(problem));
    const [status] = problems[problem.code];
    const headers = {
      ...problemHeaders(problem),
      "content-length": String(body.length),
      connection: "close",
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body}`);
  }
  socket.destroy();
}
