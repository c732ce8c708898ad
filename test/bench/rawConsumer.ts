// What Warren is measured against: amqplib, no acknowledgements, JSON.parse and nothing else. Says `ready` when it consumes and
// the number of events whenever it has grown, so that the bench sees the end at the same grain as Warren's.
import { connect } from 'amqplib'

const [address = '', expected = '0'] = process.argv.slice(2)
const connection = await connect(address, { noDelay: true })
const channel = await connection.createChannel()
const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false })
await channel.bindQueue(queue, 'celeryev', '#')
let events = 0
await channel.consume(
  queue,
  (message) => {
    if (!message) return
    const body: unknown = JSON.parse(message.content.toString('utf8'))
    events += Array.isArray(body) ? body.length : 1
    if (events === Number(expected)) process.stdout.write('done\n')
  },
  { noAck: true },
)
process.stdout.write('ready\n')
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
