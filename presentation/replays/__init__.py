"""Any moment again: a case, a linked dossier or a worklist as of two instants, on a screen and for programs."""
