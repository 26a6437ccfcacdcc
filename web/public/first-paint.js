// Runs before anything is painted, so that a chosen theme or language never flashes its opposite first.
;(function () {
  var root = document.documentElement
  var chosen = {}
  try {
    chosen = JSON.parse(localStorage.getItem('mycrm.look') || '{}')
  } catch (unreadable) {
    chosen = {}
  }
  if (chosen.theme) root.dataset.theme = chosen.theme
  if (chosen.density) root.dataset.density = chosen.density
  root.lang = chosen.language || (/^zh/i.test(navigator.language) ? 'zh-CN' : 'en')
})()
