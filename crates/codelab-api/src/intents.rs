//! What the surfaces store: the start of a run, a switch, a tool's result, a decision. A worker does the rest.
