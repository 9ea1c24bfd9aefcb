// The little that only the browser can do: its zone, the theme before the first paint of the next page, "/" to search, and places in long pages.
(() => {
  const year = 60 * 60 * 24 * 365;
  const keep = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${value ? year : 0};samesite=lax`; };

  window.mayday = {
    zone() {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
      keep('mayday-zone', zone);
      return zone;
    },
    // The circuit's router has taken over. Answers where the reader is, if not where the circuit thinks: a link followed before that moved the browser only.
    live(address) {
      document.documentElement.dataset.live = '';
      return location.href === address ? null : location.href;
    },
    theme() { return document.documentElement.dataset.theme || 'system'; },
    setTheme(theme) {
      const fixed = theme === 'light' || theme === 'dark';
      keep('mayday-theme', fixed ? theme : '');
      if (fixed) document.documentElement.dataset.theme = theme; else delete document.documentElement.dataset.theme;
    },
    // Done when what is on the screen has been looked at by everyone who observes it.
    drawn() { return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))); },
    atTop() { return window.scrollY < 80; },
    toTop() { window.scrollTo({ top: 0 }); },
    hash() { return location.hash; },
    caret(id) { return document.getElementById(id)?.selectionStart ?? 0; },
    // Puts a word where a part of a field's text stands, and says so as typing does: the circuit learns it in turn with the keys before and after, and takes none back.
    insert(id, start, length, word) {
      const input = document.getElementById(id);
      if (!input) return;
      input.focus();
      input.setRangeText(word, start, Math.min(start + length, input.value.length), 'end');
      // The list is closed; a key pressed before the page is told so is an ordinary one.
      input.removeAttribute('data-open');
      input.removeAttribute('data-chosen');
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    },
    show(id) {
      const element = document.getElementById(id);
      if (!element) return false;
      element.scrollIntoView({ block: 'center' });
      element.focus({ preventScroll: true });
      return true;
    },
    async copy(text) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // Over plain HTTP beyond loopback there is no clipboard object; the old way still works there.
        const area = document.createElement('textarea');
        area.value = text;
        document.body.append(area);
        area.select();
        const done = document.execCommand('copy');
        area.remove();
        return done;
      }
    },
  };

  // In an open list of words the arrows move the choice, and Enter or Tab take it, instead of what the browser would do.
  document.addEventListener('keydown', event => {
    const target = event.target;
    if (!(target instanceof HTMLElement) || !target.hasAttribute('data-open')) return;
    if (/^Arrow(Up|Down)$/.test(event.key) || (/^(Enter|Tab)$/.test(event.key) && target.hasAttribute('data-chosen'))) event.preventDefault();
  }, true);

  // The router takes links to a place in the page as navigation: it scrolls there, and leaves the focus where it was.
  document.addEventListener('click', event => {
    if (event.target instanceof Element && event.target.closest('a.skip')) document.getElementById('main')?.focus();
  });

  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return;
    const search = document.getElementById('search');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });
})();
