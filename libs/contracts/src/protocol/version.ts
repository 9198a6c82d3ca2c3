/** The wire protocol this build speaks. */
export const PROTOCOL_VERSION = 1;

/** The oldest wire protocol this build still serves; a rolling deploy needs N and N-1. */
export const MIN_PROTOCOL_VERSION = 1;

/** Socket.IO namespace of every chat socket. */
export const CHAT_NAMESPACE = '/chat';

/** Version of this build, as in package.json. */
export const BUILD_VERSION = '0.1.0';
