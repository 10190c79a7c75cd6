/** XML as plain data: what XMPP mappings read and write. The elements of the stream's parser have this shape already. */
export interface XmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string | undefined>>;
  readonly children: readonly (XmlElement | string)[];
}
