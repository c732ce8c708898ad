import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { output } from '../childProcess.ts'

/** Paths of PEM files. The client's certificate names the user `tester`. */
export interface Certificates {
  readonly ca: string
  readonly serverCert: string
  readonly serverKey: string
  readonly clientCert: string
  readonly clientKey: string
}

/** Makes an authority of our own, and what it signed for a server on localhost and for one client. Needs `openssl`. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true })
  await makeAuthority(folder)
  const server = await sign(folder, 'server', '/CN=localhost', 'serverAuth')
  const client = await sign(folder, 'client', '/CN=tester', 'clientAuth')
  return {
    ca: join(folder, 'ca.pem'),
    serverCert: server.cert,
    serverKey: server.key,
    clientCert: client.cert,
    clientKey: client.key,
  }
}

async function makeAuthority(cwd: string): Promise<void> {
  const extensions = ['-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign,cRLSign']
  const files = ['-keyout', 'ca.key', '-out', 'ca.pem']
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=Private test authority']
  await output('openssl', [...request, ...files, ...extensions], { cwd })
  await chmod(join(cwd, 'ca.key'), 0o600)
}

async function sign(cwd: string, who: string, subject: string, usage: string): Promise<{ cert: string; key: string }> {
  const [key, request, cert, extensions] = [`${who}.key`, `${who}.csr`, `${who}.pem`, `${who}.ext`]
  await output('openssl', ['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', request, '-subj', subject], { cwd })
  await writeFile(join(cwd, extensions), `subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=${usage}\n`)
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '3650', '-extfile', extensions]
  await output('openssl', ['x509', '-req', '-in', request, ...authority, '-out', cert], { cwd })
  await Promise.all([rm(join(cwd, request)), rm(join(cwd, extensions)), chmod(join(cwd, key), 0o600)])
  return { cert: join(cwd, cert), key: join(cwd, key) }
}
