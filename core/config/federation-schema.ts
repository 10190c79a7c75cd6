/** The key `federation` of gateway.yaml. */
import { z } from "zod";
import { parseProviderDomain } from "../../mappings/ids.ts";
import { parseEndpoint } from "../federation/wire/endpoint.ts";
import { parsePublicKey } from "../federation/wire/public-key.ts";
import { flag, networks, text } from "./values.ts";

const ADDRESS = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/;

/** Host and port of `HOST:PORT`; IPv6 stands in brackets. null where the text is none. */
export function parseListen(value: string): { readonly host: string; readonly port: number } | null {
  const match = ADDRESS.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? null : { host, port };
}

const endpoint = (description: string) =>
  text({ description, example: "https://mimi.example.org" }).refine(
    (value) => parseEndpoint(value, true) !== null,
    { error: "is no https:// address of a host and a plain path (http:// is for this machine alone)" },
  );

const peer = z.strictObject({
  base: text({ description: "The peer's base domain.", example: "mimi.example.net" }).refine(
    (value) => parseProviderDomain(value) !== null,
    { error: "is not a host name in lower case" },
  ),
  endpoint: endpoint("Where the peer takes requests."),
  key: text({
    description:
      "The peer's public key, as its well-known has it: the two are connected without a code. Without it this is only " +
      "where the peer is found, and a code connects them.",
    example: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
  })
    .refine((value) => parsePublicKey(value) !== null, {
      error: "is no Ed25519 key: 32 octets as base64url without padding",
    })
    .optional(),
});

export const federationSchema = z
  .strictObject({
    listen: text({
      description:
        "HOST:PORT on which other gateways are served, in plain HTTP: a proxy in front has the certificate. Without " +
        "it nothing is exchanged with other gateways.",
      example: "127.0.0.1:8448",
    })
      .refine((value) => parseListen(value) !== null, { error: "is not HOST:PORT" })
      .optional(),
    endpoint: endpoint(
      "The public address at which other gateways find this one; https:// and the base domain where nothing is said.",
    ).optional(),
    peers: z
      .array(peer)
      .superRefine((peers, issues) => {
        for (const [index, { base }] of peers.entries()) {
          if (peers.findIndex((other) => other.base === base) === index) continue;
          issues.addIssue({
            code: "custom",
            path: [index, "base"],
            message: "stands in the list already",
            params: { remedy: "name each peer once" },
          });
        }
      })
      .default([])
      .meta({
        description:
          "Gateways whose place is known without their base domain's well-known, and without a code where their key is given: for development, and for networks of your own.",
        examples: [
          [
            {
              base: "mimi.example.net",
              endpoint: "https://mimi.example.net",
              key: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
            },
          ],
        ],
      }),
    confirm: flag(
      {
        description:
          "Whether somebody here has to confirm every gateway that redeems a code of ours, by `mimi-gateway connection confirm`.",
        example: true,
      },
      false,
    ),
    unreachable: flag(
      {
        description:
          "For a gateway that no other can reach, such as one behind a router, instead of `listen`: groups of others are " +
          "followed, and own ones are for this gateway alone. Its well-known (`mimi-gateway well-known`) has to lie on a web " +
          "server at the base domain.",
        example: true,
      },
      false,
    ),
    proxies: networks(
      "Networks of proxies in front, whose X-Forwarded-For is believed when strangers are counted by address; beside this machine itself.",
    ),
    allow: networks("Networks that other gateways may be in although they are not on the public internet."),
  })
  .superRefine(({ listen, unreachable }, issues) => {
    if (!unreachable || listen === undefined) return;
    issues.addIssue({
      code: "custom",
      path: ["unreachable"],
      message: "stands beside listen",
      params: { remedy: "set one of the two" },
    });
  })
  .prefault({})
  .meta({
    description: "Other gateways: MTP.",
    examples: [{ listen: "127.0.0.1:8448" }],
  });
