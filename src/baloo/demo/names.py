"""Names of people who do not exist, from many places."""

from __future__ import annotations

__all__ = ["FAMILY", "GIVEN", "LOCALES"]

GIVEN = (  # noqa: SIM905 - names are easier to read and to add to so
    "Aaliyah Abeni Adaeze Aiko Akua Alejandra Amara Ama Amina Anahí Aneta Anjali Anselm Ari Astrid Ayesha Ayodele Bao Bashir "
    "Beatriz Bogdan Caio Camille Chidi Chiara Ciarán Dagny Dalia Daniyar Deepa Diego Dilnoza Duc Efua Eilidh Ekow Elif Emre "
    "Esperanza Farida Fatou Femi Freja Gabriela Giulia Goran Gudrun Hana Hiroshi Hyun Idris Ifeoma Ilse Imani Inês Ingrid Ioana "
    "Isha Iván Jarek Javier Jelena Joana Jun Kaito Kalinda Karim Katarzyna Kavya Kehinde Khadija Kofi Lakshmi Laleh Leilani "
    "Linh Lior Lucía Lwazi Maarten Madina Mairead Makena Malik Mariam Marit Mateo Mei Milan Minh Mirela Nadia Naledi Nanami "
    "Nia Nils Noor Nuria Odile Oksana Olu Omar Oona Paloma Paulo Pema Petra Priya Quang Rafael Rahel Ravi Rosa Ruth Sadia Saga "
    "Samira Sanele Sefa Shirin Sione Siobhán Sofía Sunita Taavi Tala Tamar Tariq Temitope Thandi Thu Tiago Tove Tuva Uma Valeria "
    "Vesna Wanjiru Wei Xochitl Yara Yewande Yuki Yusuf Zanele Zeynep Zofia Zuri"
).split()

FAMILY = (  # noqa: SIM905 - the same
    "Abebe Achebe Adeyemi Agyeman Ahmadi Aliyev Almeida Amsel Andrade Asante Bakker Balogun Banda Barros Bauer Bergström Bianchi "
    "Boateng Botha Brandt Cabral Castillo Chanda Chaudhry Chen Cissé Costa Dahl Dang Darko Demir Diallo Diaz Dlamini Dubois Eze "
    "Farah Fernández Fofana Fraser Fujita Gebre Ghosh Gill Gomes Gruber Gupta Haddad Halloran Hassan Herrera Hoang Horvat "
    "Hussain Ibarra Ito Jansen Jovanović Kamau Kapoor Karimi Kaya Keita Khalil Kiplagat Kovač Kowalska Kumar Kuznetsova Laine "
    "Larsen Lehtinen Lima Lindqvist Lungu Machado Maina Mahlangu Mansour Marinescu Mbeki Mehta Mensah Mokoena Moreno Moyo Mwangi "
    "Nakamura Ndiaye Ngata Nguyen Nkosi Novák Nwosu Obi Ochieng Okafor Okonkwo Oliveira Omondi Osei Owusu Palmgren Park Patel "
    "Pereira Petrov Pham Popescu Quispe Rahman Ramos Rao Reyes Rojas Rossi Sabir Saito Santos Sato Sesay Sharma Silva Singh "
    "Sithole Solberg Sørensen Suzuki Tadesse Takahashi Tamm Tanaka Tembo Torres Toure Tran Tshabalala Turay Vargas Vasquez Vu "
    "Wanjala Weber Yamamoto Yilmaz Zhang Zulu"
).split()

LOCALES = tuple("ak ar bn cs de es fa fr ga ha hi id it ja ko mi pl pt-BR ro sv sw ta th tr uk vi yo zh-TW zu".split())  # noqa: SIM905 - as above
"""Languages, in which people translate Marula."""
