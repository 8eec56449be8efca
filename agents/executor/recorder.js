// Tells what a person does on a page, by role and label; a small bar lets them mark the irreversible click and finish.
(() => {
  if (window !== top || window.__recorder) return;
  window.__recorder = true;
  const clean = s => (s ?? '').replace(/\s+/g, ' ').trim();
  const own = e => { const copy = e.cloneNode(true); copy.querySelectorAll('select, input, textarea, button, script, style').forEach(x => x.remove()); return clean(copy.textContent); };
  const byIds = e => clean((e.getAttribute('aria-labelledby') ?? '').split(/\s+/).map(id => document.getElementById(id)?.textContent ?? '').join(' '));
  const named = e => byIds(e) || clean(e.getAttribute('aria-label')) || (e.labels?.length ? own(e.labels[0]) : '')
    || (e.matches('input[type=submit], input[type=button]') ? clean(e.value) : '') || (e.matches('input, select, textarea') ? clean(e.placeholder) : clean(e.innerText)) || clean(e.title) || clean(e.querySelector('img')?.alt);
  const PRESSED = 'a[href], button, summary, input[type=submit], input[type=button], [role=button], [role=link], [role=tab], [role=menuitem], [role=gridcell]';
  const role = e => e.getAttribute('role') ?? ({A: 'link', BUTTON: 'button', INPUT: 'button', SUMMARY: 'button'})[e.tagName] ?? '';
  const alike = (e, selector) => [...document.querySelectorAll(selector)].filter(x => x.checkVisibility() && named(x) === named(e)).length > 1;
  const heading = e => clean(e.getAttribute('aria-label')) || byIds(e) || clean(e.querySelector('h1, h2, h3, h4, h5, h6, legend, summary')?.textContent);
  const place = (e, selector) => {
    if (!alike(e, selector)) return null;
    const row = e.closest('tr, li, article, [role=row], [role=listitem]');
    const name = row && (clean(row.querySelector('h1, h2, h3, h4, h5, h6, td, th, a')?.textContent) || own(row));
    if (row && name) return {kind: 'row', name};
    const dialog = e.closest('dialog, [role=dialog]');
    if (dialog) return {kind: 'dialog', name: heading(dialog)};
    const section = e.closest('section, fieldset, form, aside, [role=region], [role=group]');
    return section && heading(section) ? {kind: 'section', name: heading(section)} : null;
  };
  const tell = event => window.__told({...event, url: location.href});
  const ours = event => event.composedPath().some(x => x.id === 'rflow-recorder');

  addEventListener('click', event => {
    if (ours(event)) return;
    const e = event.target.closest?.(PRESSED);
    if (e) tell({kind: 'press', role: role(e), name: named(e), place: place(e, PRESSED)});
    else if (event.target.matches?.('input[readonly]')) tell({kind: 'open', name: named(event.target)});
  }, true);
  addEventListener('change', event => {
    const e = event.target;
    if (!e.matches?.('input, select, textarea') || ours(event)) return;
    if (e.type === 'password') return void tell({kind: 'secret'});
    const where = place(e, 'input, select, textarea');
    if (e.matches('select')) tell({kind: 'choose', name: named(e), value: clean(e.selectedOptions[0]?.label), options: [...e.options].filter(o => o.value !== '').map(o => clean(o.label)), place: where});
    else if (e.type === 'radio') {
      const group = [...document.querySelectorAll('input[type=radio]')].filter(x => x.name === e.name && x.form === e.form);
      const set = e.closest('fieldset, [role=radiogroup], [role=group]');
      tell({kind: 'choose', name: set ? heading(set) : '', value: named(e), options: group.map(named), place: null});
    } else if (e.type === 'checkbox') { if (e.checked) tell({kind: 'tick', name: named(e), place: where}); }
    else if (e.type !== 'file') tell({kind: 'enter', name: named(e), value: e.value, type: e.type, place: where});
  }, true);

  const button = (text, act) => { const b = document.createElement('button'); b.textContent = text; b.onclick = act; b.style.cssText = 'margin-left:8px;font:inherit;padding:2px 8px'; return b; };
  const bar = () => {
    if (document.getElementById('rflow-recorder')) return;
    const host = document.createElement('div');
    host.id = 'rflow-recorder';
    host.style.cssText = 'position:fixed;bottom:8px;right:8px;z-index:2147483647';
    const box = document.createElement('div'), said = document.createElement('span');
    box.style.cssText = 'background:#222;color:#fff;font:13px sans-serif;padding:6px 10px;border-radius:6px';
    said.textContent = '● Recording';
    box.append(said,
      button('The next click cannot be taken back', async () => { await tell({kind: 'mark'}); said.textContent = '● Now press it'; }),
      button('Finished', () => tell({kind: 'finish'})));
    host.attachShadow({mode: 'open'}).append(box);
    document.documentElement.append(host);
  };
  document.readyState === 'loading' ? addEventListener('DOMContentLoaded', bar) : bar();
})();
