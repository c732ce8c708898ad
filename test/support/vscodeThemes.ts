/** The variables that VS Code gives a webview in its high-contrast themes, as far as the page uses them; many others it leaves out there. */
export const highContrastDark = `
  --vscode-foreground:#ffffff; --vscode-editor-background:#000000; --vscode-editor-foreground:#ffffff; --vscode-descriptionForeground:#ffffffb3;
  --vscode-contrastBorder:#6fc3df; --vscode-contrastActiveBorder:#f38518; --vscode-focusBorder:#f38518; --vscode-panel-border:#6fc3df;
  --vscode-sideBar-background:#000000; --vscode-editorWidget-background:#0c141f; --vscode-input-background:#000000; --vscode-input-foreground:#ffffff;
  --vscode-input-placeholderForeground:#ffffffb3; --vscode-input-border:#6fc3df; --vscode-button-background:#000000; --vscode-button-foreground:#ffffff;
  --vscode-button-border:#6fc3df; --vscode-button-secondaryBackground:#000000; --vscode-button-secondaryForeground:#ffffff; --vscode-textLink-foreground:#21a6ff;
  --vscode-errorForeground:#f48771; --vscode-badge-background:#000000; --vscode-badge-foreground:#ffffff; --vscode-textCodeBlock-background:#000000;
  --vscode-inputValidation-warningBackground:#000000; --vscode-inputValidation-warningBorder:#b89500; --vscode-inputValidation-errorBackground:#000000;
  --vscode-inputValidation-errorBorder:#be1100; --vscode-inputValidation-infoBackground:#000000; --vscode-inputValidation-infoBorder:#6fc3df;
  --vscode-font-size:13px;`

export const highContrastLight = `
  --vscode-foreground:#292929; --vscode-editor-background:#ffffff; --vscode-editor-foreground:#292929; --vscode-descriptionForeground:#292929b3;
  --vscode-contrastBorder:#0f4a85; --vscode-contrastActiveBorder:#006bbd; --vscode-focusBorder:#006bbd; --vscode-panel-border:#0f4a85;
  --vscode-sideBar-background:#ffffff; --vscode-editorWidget-background:#ffffff; --vscode-input-background:#ffffff; --vscode-input-foreground:#292929;
  --vscode-input-placeholderForeground:#292929b3; --vscode-input-border:#0f4a85; --vscode-button-background:#0f4a85; --vscode-button-foreground:#ffffff;
  --vscode-button-secondaryBackground:#ffffff; --vscode-button-secondaryForeground:#0f4a85; --vscode-button-border:#0f4a85; --vscode-textLink-foreground:#0f4a85;
  --vscode-errorForeground:#b5200d; --vscode-badge-background:#0f4a85; --vscode-badge-foreground:#ffffff; --vscode-textCodeBlock-background:#f2f2f2;
  --vscode-inputValidation-warningBackground:#ffffff; --vscode-inputValidation-warningBorder:#bf8803; --vscode-inputValidation-errorBackground:#ffffff;
  --vscode-inputValidation-errorBorder:#b5200d; --vscode-inputValidation-infoBackground:#ffffff; --vscode-inputValidation-infoBorder:#0f4a85;
  --vscode-font-size:13px;`
