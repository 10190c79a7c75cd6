import type { ProsodyComponent } from "../../deploy/servers/prosody-config.ts";
import type { Prosody } from "../../deploy/servers/prosody.ts";

/** The component as an account in gateway.yaml. */
export const xmppYaml = ({ ports }: Prosody, { domain, secret }: ProsodyComponent): string =>
  `  - name: xmpp
    bridge: xmpp
    service: xmpp://127.0.0.1:${ports.component}
    domain: ${domain}
    secret: ${secret}
`;
