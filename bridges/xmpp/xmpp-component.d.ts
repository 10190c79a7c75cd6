/** The parts of @xmpp/component 0.13 that are used here; the package comes without types. */
declare module "@xmpp/component" {
  import type { EventEmitter } from "node:events";
  import type { Socket } from "node:net";
  import type { Element as XmlElement } from "@xmpp/xml";

  /** Builds elements out of a stream of text. Errors are thrown by our subclass, never emitted. */
  class XmlParser extends EventEmitter {
    protected root: XmlElement | null;
    protected cursor: XmlElement | null;
    protected onStartElement(name: string, attrs: Record<string, string>): void;
    protected onEndElement(name: string): void;
    protected onText(text: string): void;
    write(text: string): void;
  }

  interface ComponentEntity extends EventEmitter {
    readonly reconnect: { stop(): void };
    readonly socket: Socket | null;
    readonly parser: XmlParser | null;
    /** How long each of the library's own waits may take, in milliseconds. */
    timeout: number;
    Parser: new () => XmlParser;
    _onData: (bytes: Buffer) => void;
    _onElement: (element: XmlElement) => void;
    /** Resolves when the socket is connected. Sets `socket` before it returns. */
    connect(service: string): Promise<void>;
    /** Resolves when the server has opened its stream. */
    open(options: { domain: string }): Promise<void>;
    /** Closes the stream, then the socket; never rejects. */
    stop(): Promise<unknown>;
  }

  const xml: { readonly Element: typeof XmlElement; readonly Parser: typeof XmlParser };
  function component(options: { service: string; domain: string; password: string }): ComponentEntity;

  export { component, xml };
  export type { ComponentEntity };
}
