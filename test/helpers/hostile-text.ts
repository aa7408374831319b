/** What a peer might send to take over a page that shows it, or to hide in it. */
export const hostileText =
  "</script><script>alert(1)</script><img src=x onerror=alert(2)><!--<script>\"'&amp;\u0000\u202eevil\u2066 👩‍👧 \ud83e ]]>";
