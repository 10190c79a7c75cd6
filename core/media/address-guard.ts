/** Which addresses a URL that somebody else wrote may lead to: none of this machine's own, or of its networks. */
import { lookup as resolveName, type LookupAddress } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { GatewayError } from "../errors.ts";

/** Networks in CIDR notation that are allowed although they are not public, such as `192.0.2.0/24`. */
export type AllowedNetworks = readonly string[];

export const isNetwork = (text: string): boolean => ipaddr.isValidCIDR(text);

/** Whether an address is one of the public internet's, or allowed by name. */
export function isAllowedAddress(address: string, allowed: AllowedNetworks): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() === "unicast") return true;
  return allowed.some((network) => {
    const [range, bits] = ipaddr.parseCIDR(network);
    return range.kind() === parsed.kind() && parsed.match(range, bits);
  });
}

/** Throws media_refused for a host that is written as an address which is not allowed: those are never looked up. */
export function checkLiteral(hostname: string, allowed: AllowedNetworks): void {
  const literal = hostname.replace(/^\[(.*)\]$/, "$1");
  if (isIP(literal) !== 0 && !isAllowedAddress(literal, allowed)) throw refused(hostname);
}

/** A look-up for sockets that gives allowed addresses only, so that what was checked is what is connected to. */
export function guardedLookup(allowed: AllowedNetworks): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, "", 0);
      const usable = addresses.filter(({ address }) => isAllowedAddress(address, allowed));
      const [first] = usable;
      if (!first) return callback(refused(hostname), "", 0);
      if (options.all) return callback(null, usable, 0);
      callback(null, first.address, first.family);
    });
  };
}

const refused = (host: string): GatewayError =>
  new GatewayError(
    "media_refused",
    `${host} is not on the public internet; media.allow can list its network`,
  );
