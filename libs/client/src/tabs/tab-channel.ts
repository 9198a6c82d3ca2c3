/** A way to all other pages of the same browser profile and origin; a page does not hear itself. */
export interface TabChannel {
  post(message: unknown): void;
  close(): void;
}

/** Opens the channel of this name and passes on what others post, unparsed. */
export type OpenTabChannel = (name: string, onMessage: (message: unknown) => void) => TabChannel;

/** The part of `BroadcastChannel` that is needed; its types differ between a browser and Node. */
interface Broadcast {
  onmessage: ((event: unknown) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** {@link TabChannel} by `BroadcastChannel`; without one, nobody is heard. */
export const browserTabChannel: OpenTabChannel = (name, onMessage) => {
  const { BroadcastChannel } = globalThis as { readonly BroadcastChannel?: new (name: string) => Broadcast };
  if (BroadcastChannel === undefined) return { post: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event) => {
    onMessage((event as { readonly data?: unknown }).data);
  };
  return {
    post: (message) => {
      channel.postMessage(message);
    },
    close: () => {
      channel.close();
    },
  };
};
