import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changeFor, findSettingsFiles } from '../../extension/celerySettings/settingsFiles.ts'

const app = {
  path: 'shop/celery.py',
  text: "from celery import Celery\napp = Celery('shop')\napp.conf.update(task_acks_late=True)\n",
}
const django = { path: 'shop/settings.py', text: 'INSTALLED_APPS = []\nCELERY_TASK_ACKS_LATE = True' }
const djangoApp = {
  path: 'shop/celery.py',
  text: "app = Celery('shop')\napp.config_from_object('django.conf:settings', namespace='QUEUE')\n",
}

describe('Celery’s settings in a workspace', () => {
  it('in a file called celeryconfig, or one that an app reads, may have a line more', () => {
    const named = { path: 'shop/conf/celery_settings.py', text: 'broker_url = "x"\n' }
    const reader = { path: 'shop/app.py', text: "celery = Celery()\ncelery.config_from_object('shop.conf.celery_settings')\n" }
    const found = findSettingsFiles([reader, named, { path: 'celeryconfig.py', text: '' }])
    assert.deepEqual(
      found.map(({ path, style, plain }) => [path, style, plain]),
      [
        ['celeryconfig.py', { kind: 'module' }, true],
        ['shop/conf/celery_settings.py', { kind: 'module' }, true],
        ['shop/app.py', { kind: 'app', app: 'celery' }, false],
      ],
    )
  })

  it('of Django carry the prefix that the app asks for', () => {
    const [first, second] = findSettingsFiles([djangoApp, django])
    assert.deepEqual([first?.path, first?.style, first?.plain], ['shop/settings.py', { kind: 'prefixed', prefix: 'QUEUE' }, true])
    assert.equal(second?.plain, false)
    assert.ok(first)
    assert.deepEqual(changeFor(first, ['task_send_sent_event']).lines, ['QUEUE_TASK_SEND_SENT_EVENT = True'])
  })

  it('of Django without a prefix, and code that makes an app, are left to the user', () => {
    assert.deepEqual(
      findSettingsFiles([app, django]).map(({ path, plain }) => [path, plain]),
      [['shop/celery.py', false]],
    )
    assert.deepEqual(findSettingsFiles([{ path: 'shop/tasks.py', text: '@app.task\ndef add(): ...' }]), [])
  })

  it('that are there already are shown where they are, and never written twice', () => {
    const text = 'a = 1\napp.conf.update(\n  worker_send_task_events=False,\n)\n# task_send_sent_event = True\n'
    const change = changeFor({ text, style: { kind: 'app', app: 'app' } }, ['worker_send_task_events', 'task_send_sent_event'])
    assert.deepEqual(change, {
      mentioned: [{ setting: 'worker_send_task_events', line: 2 }],
      lines: ['app.conf.task_send_sent_event = True'],
    })
  })
})
