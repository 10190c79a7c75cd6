/** How an XMPP account is set up: what is asked, and what its server needs. */
import { randomBytes } from "node:crypto";
import type { PlatformSetup } from "../../core/setup/platform-setup.ts";
import { xmppConfigSchema } from "./config.ts";
import { ejabberdText, interfaceOf, prosodyText } from "./server-files.ts";

export const xmppSetup: PlatformSetup = {
  bridge: "xmpp",
  title: "XMPP, by a server's component (Prosody, ejabberd)",
  questions: (base) => [
    {
      key: "service",
      ask: "Where does the XMPP server take components?",
      usual: () => "xmpp://127.0.0.1:5347",
    },
    { key: "domain", ask: "Domain that the gateway gets on that server", usual: () => base },
    { key: "secret", ask: "Secret of the component", make: () => randomBytes(24).toString("hex") },
  ],
  files(account) {
    const { service, domain, secret } = xmppConfigSchema.parse(account);
    const { hostname, port } = new URL(service);
    const server = { domain, secret, host: hostname.replace(/^\[|\]$/g, ""), port: Number(port) };
    const first = openPort(server.host);
    return [
      {
        name: "prosody.cfg.lua",
        text: () => prosodyText(server),
        secret: true,
        steps: (path) => [
          ...first,
          `Prosody: include ${path} at the end of prosody.cfg.lua (on Debian: copy it to /etc/prosody/conf.d/, readable by prosody), give the rooms' service muc_mam as it says, and restart Prosody.`,
        ],
      },
      {
        name: "ejabberd.yml",
        text: () => ejabberdText(server),
        secret: true,
        steps: (path) => [`Or ejabberd: put what ${path} has into ejabberd.yml, and restart ejabberd.`],
      },
    ];
  },
};

/** What is to be seen to where the server is on another machine. */
function openPort(host: string): readonly string[] {
  const { ip, open, known } = interfaceOf(host);
  if (!open) return [];
  const put = known
    ? `The server takes components at ${ip}`
    : `Replace ${ip} in the file by the IP address of the server that ${host} leads to`;
  return [`${put}: let only the gateway's machine reach that port, since the stream is not encrypted.`];
}
