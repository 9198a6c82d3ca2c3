import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { giveToServer } from './server-account.js';

/** Files of an authority and of a certificate that it gave to 127.0.0.1 and localhost. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const OPENSSL = '/usr/bin/openssl';

/** Whether certificates can be made here; without OpenSSL tests of TLS are skipped. */
export function canMakeCertificates(): boolean {
  return existsSync(OPENSSL);
}

/** Makes an authority of its own and a certificate for this machine, in a folder that the server account can read. */
export function makeCertificates(folder: string): Certificates {
  const file = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => {
    execFileSync(OPENSSL, args, { cwd: folder, stdio: 'pipe' });
  };
  const files = { ca: file('ca.crt'), cert: file('server.crt'), key: file('server.key') };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
  openssl('req', ...curve, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'server.csr', ...authority, '-out', 'server.crt', '-days', '2', '-extfile', 'san');
  for (const path of Object.values(files)) {
    chmodSync(path, 0o600);
    giveToServer(path);
  }
  return files;
}
