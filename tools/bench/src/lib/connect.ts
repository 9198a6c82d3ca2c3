import { CHAT_NAMESPACE } from '@holdfast/contracts';
import { signToken } from '@holdfast/testing';
import { io, type Socket } from 'socket.io-client';

/** A bare client of this subject; resolves once the gateway greeted it. */
export async function connect(url: string, sub: string): Promise<Socket> {
  const auth = { token: await signToken({ sub }) };
  const socket = io(`${url}${CHAT_NAMESPACE}`, { transports: ['websocket'], forceNew: true, auth });
  await new Promise((resolve, reject) => {
    socket.once('session.ready', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
}
