import './wordmark.css';

/** The name with its sign: roots that grip a rock. */
export function Wordmark() {
  return (
    <span className="wordmark">
      <svg
        viewBox="0 0 24 24"
        width="22"
        height="22"
        aria-hidden
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinecap="round"
      >
        <path d="M12 2v11M12 13c0 4-5 3-6 9M12 13c0 4 5 3 6 9M12 13v9M12 6c3-.6 5-2 6-4M12 9.500c-3-.6-5-2-6-4" />
      </svg>
      Holdfast
    </span>
  );
}
