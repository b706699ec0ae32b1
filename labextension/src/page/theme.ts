/** Light or dark as the system is; the sheets choose by themselves, the rest reads it from the body. */
export function followTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    document.body.dataset.jpThemeLight = String(!dark.matches);
    document.body.dataset.jpThemeName = dark.matches ? 'JupyterLab Dark' : 'JupyterLab Light';
  };
  dark.addEventListener('change', apply);
  apply();
}
