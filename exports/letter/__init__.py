"""The letter to the city as .docx, in the form that NĐ 30/2020/NĐ-CP prescribes.

``contents`` says what a plan amounts to and is pure; ``form`` and ``tables`` set the type, ``build`` joins the two.
"""
