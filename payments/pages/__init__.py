"""The payer's pages: pay, result, and "was I charged?"."""
