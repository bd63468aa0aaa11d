"""What is measured on a page in a browser: is it too wide, is anything too small for a thumb?"""

TOO_WIDE = "document.documentElement.scrollWidth - innerWidth"
SMALL = """[...document.querySelectorAll('.weui-btn, .bar summary, .top a, .foot a, .foot button, select, textarea, \
input:not([type=hidden], .weui-check, .weui-switch, .check *)')].filter(e => e.offsetHeight && e.offsetHeight < 44)
.map(e => e.outerHTML)"""
