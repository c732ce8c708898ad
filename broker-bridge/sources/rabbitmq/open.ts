import { parseAddress } from '../../protocol/address.ts'
import type { Address } from '../../protocol/address.ts'
import { RequestError } from '../../protocol/index.ts'
import type { ConnectParams } from '../../protocol/index.ts'
import { keepSecret } from '../../redact.ts'
import type { SourceOptions } from '../index.ts'
import { RabbitBroker } from './broker.ts'
import { guessManagement, ManagementAddress, parseManagement } from './managementAddress.ts'

/**
 * From here on, until the broker is disposed of, no log and no error message holds the passwords.
 * @throws RequestError `invalid` for an address that cannot be read
 */
export function openRabbit(params: ConnectParams, options: SourceOptions): RabbitBroker {
  const address = parseAddress(params.address)
  if ('problem' in address) throw new RequestError('invalid', address.problem)
  const management = managementOf(params, address)
  const secrets = [address.secret(), management?.secret() ?? '', params.tls?.passphrase ?? '']
  const release = secrets.map(keepSecret)
  const forget = () => release.forEach((one) => one())
  return new RabbitBroker(address, { ...options, tls: params.tls, management: params.management }, management, forget)
}

/** Only on this very machine is the usual port tried unasked: elsewhere the password would go to an address nobody named. */
function managementOf(params: ConnectParams, address: Address): ManagementAddress | undefined {
  if (params.management === undefined) return address.isLocal ? guessManagement(address)[0] : undefined
  const management = parseManagement(params.management, address)
  if (management instanceof ManagementAddress) return management
  throw new RequestError('invalid', management.problem)
}
