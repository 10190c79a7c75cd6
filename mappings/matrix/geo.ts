/** `geo:` URIs (RFC 5870). */

/** UTF-16 code units. */
const LONGEST = 256;
const GEO =
  /^geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,(-?\d+(?:\.\d+)?))?(?:;([A-Za-z0-9;=.%_~!*'()&+$,:[\]-]*))?$/i;
const DECIMALS = 6;

/** The URI with at most six decimals and its uncertainty, or null where it names no place on Earth. */
export function readGeo(uri: string): string | null {
  if (uri.length > LONGEST) return null;
  const match = GEO.exec(uri.trim());
  if (match === null) return null;
  const [, latitude = "", longitude = "", altitude, parameters = ""] = match;
  if (Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return null;
  const coordinates = [latitude, longitude, ...(altitude === undefined ? [] : [altitude])].map(rounded);
  const uncertainty = /(?:^|;)u=(\d+(?:\.\d+)?)(?:;|$)/i.exec(parameters)?.[1];
  return `geo:${coordinates.join(",")}${uncertainty === undefined ? "" : `;u=${uncertainty}`}`;
}

function rounded(number: string): string {
  const value = Number(Number(number).toFixed(DECIMALS));
  return Object.is(value, -0) ? "0" : plainNumber(value);
}

/** Without an exponent, which small numbers would be written with. */
function plainNumber(value: number): string {
  return value.toFixed(DECIMALS).replace(/\.?0+$/, "");
}
