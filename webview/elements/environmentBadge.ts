import { css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { Environment } from '../../broker-bridge/protocol/index.ts'

/** Its colour is a frame, never the letters': they stay readable in every theme. */
export const environmentStyles = css`
  .environment {
    padding: 0 6px;
    border: 1px solid var(--w-environment);
    border-inline-start-width: 5px;
    border-radius: 3px;
    color: var(--w-strong);
    font-size: 0.9em;
    font-weight: 600;
    line-height: 1.5;
    white-space: nowrap;
  }
  .environment.production {
    --w-environment: var(--w-production);
    background: color-mix(in srgb, var(--w-production) 16%, transparent);
  }
  .environment.staging {
    --w-environment: var(--w-staging);
  }
  .environment.development {
    --w-environment: var(--w-development);
    font-weight: 400;
  }
`

const names: Readonly<Record<Environment, string>> = {
  development: 'Development',
  staging: 'Staging',
  production: 'Production',
}

/** What a broker is for, where that is known. */
export function environmentBadge(environment: Environment | null | undefined): TemplateResult | typeof nothing {
  return environment ? html`<span class="environment ${environment}">${names[environment]}</span>` : nothing
}
