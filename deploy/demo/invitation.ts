/** What the demo says at its end: how to take part, and what an operator can ask. */
import type { Gateway } from "./gateway.ts";
import { PASSWORD, type Side, VISITOR } from "./service.ts";

/** Log-ins at the services of these rooms. */
export function xmppLogins(sides: readonly Side[]): string {
  const logins = [...new Set(sides.map(({ service }) => service))].map((service) => {
    const rooms = sides.filter((side) => side.service === service).map(({ room }) => room);
    const { prosody } = service;
    return `
  address   ${VISITOR}@${prosody.domain}     password  ${PASSWORD}
  server    127.0.0.1, port ${prosody.ports.c2s}
  rooms     ${rooms.join(", ")}
`;
  });
  return `To take part with an XMPP client of your own
(plain connection, without TLS: the server listens on this machine only):
${logins.join("")}`;
}

export function operatorsQuestions(gateways: Iterable<Gateway>): string {
  const asked = [["status"], ["set-aside", "list"], ["peer", "list"], ["group", "list"]];
  const lines = [...new Set(gateways)].map(
    (gateway) => `
${asked.map((line) => `  ${gateway.commandLine(...line)}\n`).join("")}
  its log: ${gateway.logFile}
`,
  );
  return `What an operator can ask, in another terminal:
${lines.join("")}`;
}
