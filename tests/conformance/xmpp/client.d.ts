/** As much of @xmpp/client as the tests use: it brings no types. */
declare module '@xmpp/client' {
  export interface XmlElement {
    readonly name: string;
    readonly attrs: Readonly<Record<string, string>>;
    is(name: string, ns?: string): boolean;
    getChild(name: string, ns?: string): XmlElement | undefined;
    getChildren(name: string, ns?: string): readonly XmlElement[];
    getChildText(name: string, ns?: string): string | null;
    toString(): string;
  }
  export interface FastToken {
    readonly mechanism: string;
    readonly token: string;
    readonly expiry: string;
  }
  export interface XmppClient {
    readonly jid: { toString(): string } | null;
    readonly iqCaller: {
      request(stanza: XmlElement): Promise<XmlElement>;
    };
    readonly reconnect: { stop(): void };
    readonly streamManagement: { readonly enabled: boolean; readonly id: string };
    readonly fast: {
      saveToken(token: FastToken): Promise<void>;
      fetchToken(): Promise<FastToken | undefined>;
    };
    on(event: 'stanza' | 'element' | 'send', listener: (stanza: XmlElement) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'resumed', listener: () => void): void;
    start(): Promise<{ toString(): string }>;
    stop(): Promise<void>;
    disconnect(): Promise<void>;
    send(stanza: XmlElement): Promise<void>;
    isSecure(): boolean;
  }
  export function client(options: {
    readonly service: string;
    readonly domain: string;
    readonly username: string;
    readonly password?: string;
    readonly resource?: string;
    readonly userAgent?: XmlElement;
  }): XmppClient;
  export function xml(
    name: string,
    attributes?: Readonly<Record<string, string>>,
    ...children: readonly (XmlElement | string)[]
  ): XmlElement;
}
