"""Pages that hand out files: the files of a plan, briefs, pictures, and the upload of a workbook that comes back.

A view checks what the person may have, calls one function and sends its bytes.
"""
