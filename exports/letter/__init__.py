"""The letter to the city as .docx: what it says of a plan (pure), the form of NĐ 30/2020/NĐ-CP, and build."""
